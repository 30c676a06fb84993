import { expect, test } from 'vitest';
import { statedIn, withIdentity, withPart } from './cases';

test('what is emptied in a case is not stated', () => {
  const item = {
    name: 'one',
    input: { no: 1 },
    identity: { useCase: 'f', bizId: 'car', scenario: 'auction' },
  };
  expect(withPart(item, { name: '', input: undefined })).toEqual({ identity: item.identity });
  expect(withPart({}, { input: { no: '' } })).toEqual({ input: { no: '' } });
  expect(withIdentity(item, { scenario: '' }).identity).toEqual({ useCase: 'f', bizId: 'car' });
  expect(withIdentity(item, { bizId: '' }).identity).toEqual({ useCase: 'f' });
  expect(withIdentity({ identity: { useCase: '', bizId: 'car' } }, { bizId: '' })).toEqual({});
});

test('the cases a text states are told by the names the engine knows them by', () => {
  const text = 'kind: Flow\nmetadata: {name: f}\ntests:\n  - {name: {zh: 一, en: one}}\n  - {input: {}}\n';
  expect([...statedIn(text, 'f')]).toEqual(['one', null]);
  expect([...statedIn('', 'f')]).toEqual([]);
});
