/** Components as the engine describes them, shortened. */
const text = (description, more = {}) => ({ type: 'string', description, ...more });
const one = (name, effect, category, icon, zh, en, description, properties, required, uses, example, cases = 3) => ({
  name, effect, category, icon, title: { zh, en }, description, keywords: [], pinyin: '', initials: '', uses, cases, example,
  schema: { type: 'object', additionalProperties: false, required, properties },
});
export const COMPONENTS = [
  one('http', 'write', 'network', 'globe', 'HTTP 调用', 'HTTP call', 'Calls a service through a named connection. GET and HEAD are reads, everything else is a write.',
    { connection: text('Name of the connection'), method: text('HTTP method', { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], default: 'GET' }), path: text('Path below the connection’s base'), body: { description: 'JSON body' }, headers: { type: 'object', description: 'Headers of this call' } }, ['connection', 'path'], 31,
    'use: http\nwith:\n  connection: orders\n  method: POST\n  path: /orders/${input.orderId}/close\n  body: {reason: "${input.reason}"}\n', 14),
  one('publish', 'write', 'network', 'send', '发布消息', 'Publish', 'Sends a message to a broker topic; committed with the node’s result.', { connection: text('Broker'), topic: text('Topic'), key: text('Ordering key'), body: { description: 'Message' } }, ['connection', 'topic'], 6, 'use: publish\nwith: {connection: broker, topic: order.cancelled, key: "${input.orderId}"}\n'),
  one('map', 'pure', 'data', 'shuffle', '数据映射', 'Map values', 'Builds a new value from earlier ones.', {}, [], 18, 'use: map\nwith:\n  total: ${sum(nodes.load.lines, "fen")}\n', 9),
  one('template', 'pure', 'data', 'file-text', '文本模板', 'Template', 'Fills a text with values.', { text: text('The text with ${…} in it'), escape: text('Escaping', { enum: ['none', 'html', 'json'] }) }, ['text'], 4, 'use: template\nwith: {text: "订单 ${input.orderId} 已取消"}\n'),
  one('present', 'pure', 'data', 'eye', '展示模型', 'Present', 'Shapes a value for a screen: money, dates, words.', { value: { description: 'What to show' }, locale: text('Locale') }, ['value'], 2, 'use: present\nwith: {value: "${nodes.load}", locale: zh-CN}\n'),
  one('decide', 'pure', 'rules', 'table', '决策表', 'Decision table', 'Looks a value up in a table of rules.', { table: text('Name of the table'), input: { type: 'object', description: 'Inputs of the table' } }, ['table'], 3, 'use: decide\nwith: {table: rebate-policy, input: {level: "${input.level}"}}\n', 7),
  one('validate', 'pure', 'check', 'shield-check', '校验', 'Validate', 'Checks a value against a schema and fails with every path.', { schema: { type: 'object', description: 'JSON Schema' }, value: {} }, ['schema'], 5, 'use: validate\nwith: {schema: {type: object, required: [orderId]}}\n'),
  one('assert', 'pure', 'check', 'clipboard-check', '断言', 'Assert', 'Fails when a condition is false.', { that: text('CEL'), code: text('Error code'), message: text('Message') }, ['that', 'code'], 8, 'use: assert\nwith: {that: nodes.load.version == input.version, code: VERSION_MOVED}\n'),
  one('percent', 'pure', 'rules', 'split', '按比例分流', 'Percent', 'Decides by a stable share of keys.', { percent: { type: 'integer', minimum: 0, maximum: 100, description: 'Share' }, key: text('Stable key') }, ['percent', 'key'], 1, 'use: percent\nwith: {percent: 5, key: "${input.userId}"}\n'),
  one('delay', 'pure', 'flow', 'timer', '延时', 'Delay', 'Waits before passing its input on.', { wait: text('How long to wait, such as 250ms') }, ['wait'], 2, 'use: delay\nwith: {wait: 250ms}\n'),
  one('log', 'pure', 'observe', 'scroll-text', '日志', 'Log', 'Writes a structured log line.', { level: text('Level', { enum: ['debug', 'info', 'warn', 'error'] }), message: text('Message') }, ['message'], 3, 'use: log\nwith: {level: info, message: "closed ${input.orderId}"}\n'),
];
