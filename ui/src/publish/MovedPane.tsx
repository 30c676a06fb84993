import { useQuery } from '@tanstack/react-query';
import { publishedFile } from '../api/catalog';
import { useText } from '../app/text';
import { Banner } from '../kit/Panel';
import { MergePanel } from './MergePanel';

/** Someone published in between: their text and ours are joined before anything is replaced. */
export function MovedPane({
  file,
  base,
  mine,
  revision,
  onMerged,
}: {
  readonly file: string;
  readonly base: string;
  readonly mine: string;
  readonly revision: number;
  readonly onMerged: (text: string, revision: number) => void;
}) {
  const text = useText();
  const theirs = useQuery({
    queryKey: ['file', file, revision],
    queryFn: async () => (await publishedFile(file).catch(() => ({ text: base }))).text,
  });
  return (
    <>
      <Banner tone="warn">{text('publish.moved', { revision })}</Banner>
      {theirs.data === undefined ? null : (
        <MergePanel
          base={base}
          mine={mine}
          theirs={theirs.data}
          onMerged={(merged) => onMerged(merged, revision)}
        />
      )}
    </>
  );
}
