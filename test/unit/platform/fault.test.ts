import { expect, it } from 'vitest';
import { stackWithoutMessage } from '../../../main/platform/fault.ts';

it('tells where a fault came from and not what it quotes', () => {
  let fault: unknown;
  try {
    JSON.parse('{"email": jane@example.com}');
  } catch (cause) {
    fault = new Error('row of jane@example.com', { cause });
  }
  const told = stackWithoutMessage(fault);
  expect(told).not.toContain('jane');
  expect(told).toContain('caused by SyntaxError');
  expect(told).toContain('fault.test');
});

it('keeps no message of several lines either', () => {
  expect(stackWithoutMessage(new Error('secret\nsecret two'))).not.toContain('secret');
});
