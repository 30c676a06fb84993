import { describe as suite, expect, it } from 'vitest';
import language from '../editor/language.json';
import { type Json, isList, isObject } from '../core/json';
import { describe, sentenceIn } from './describe';
import fields from './fields.zh.json';
import { hashOf } from './hash';
import texts from './texts.zh.json';

const table = {
  texts: Object.fromEntries(Object.entries(texts).map(([sentence, text]) => [hashOf(sentence), text])),
  fields,
};

/** Every sentence a schema says. */
function sentences(value: Json): string[] {
  if (isList(value)) return value.flatMap(sentences);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'description' && typeof one === 'string' ? [one] : sentences(one),
  );
}

suite('descriptions', () => {
  it('have no two sentences of one short name', () => {
    expect(Object.keys(table.texts)).toHaveLength(Object.keys(texts).length);
  });

  it('say everything the language says in Chinese too', () => {
    const bare = sentences(language).filter((one) => !/[\u4e00-\u9fff]/.test(sentenceIn(table, one)));
    expect(bare).toStrictEqual([]);
  });

  it('name settings in the language of the table and keep what is not in it', () => {
    const schema = {
      description: 'An HTTP\nmethod.',
      properties: {
        description: { type: 'string', default: { description: 'Reads.' } },
        maxResponse: { description: 'Whatever a stranger says.' },
        path: { title: 'Own' },
      },
    };
    expect(describe(schema, 'http', table)).toStrictEqual({
      description: 'HTTP 方法。',
      properties: {
        description: { type: 'string', default: { description: 'Reads.' } },
        maxResponse: { description: 'Whatever a stranger says.', title: '应答上限' },
        path: { title: 'Own' },
      },
    });
    const english = describe(schema, 'http', undefined)['properties'];
    expect(english).toMatchObject({ maxResponse: { title: 'Max response' }, path: { title: 'Own' } });
  });
});
