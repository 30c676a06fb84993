import { expect, it } from 'vitest';
import { spoken } from './spoken';

it('the words of the reader take the place of both', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'string', 'x-title': { zh: '订单号', en: 'Order' }, 'x-description': '要取消的订单' },
      n: { type: 'integer', title: 'N' },
    },
  };
  expect(spoken(schema)).toStrictEqual({
    type: 'object',
    properties: {
      id: { type: 'string', title: '订单号', description: '要取消的订单' },
      n: { type: 'integer', title: 'N' },
    },
  });
});
