import { CloudError } from '@netsentinel/enforcer/clouds/cloud-list.types';
import { describe, expect, it } from 'vitest';
import { awsError, clientOptions, toCidr } from './aws-client.ts';

const error = (name: string, more: object = {}): Error => Object.assign(new Error('said AWS'), { name }, more);

describe('an error of AWS', () => {
  it.each([
    error('RequestLimitExceeded'),
    error('WAFOptimisticLockException'),
    error('NetworkAclEntryAlreadyExists'),
    error('Whatever', { $metadata: { httpStatusCode: 503 } }),
    error('Error', { code: 'ECONNREFUSED' }),
    error('TimeoutError'),
  ])('is tried again: $name', (one) => {
    expect(awsError(one, 'rights').again).toBe(true);
  });

  it('names the rights that are missing', () => {
    expect(awsError(error('UnauthorizedOperation'), 'ec2:This')).toMatchObject({
      again: false,
      message: 'UnauthorizedOperation: said AWS',
      hint: expect.stringContaining('ec2:This'),
    });
  });

  it('tells a quota from being told to wait', () => {
    expect(awsError(error('NetworkAclEntryLimitExceeded'), 'rights')).toMatchObject({
      again: false,
      hint: expect.stringContaining('maxRules'),
    });
    expect(awsError(error('RequestLimitExceeded'), 'rights').again).toBe(true);
  });

  it('says where credentials come from', () => {
    expect(awsError(error('CredentialsProviderError'), 'rights')).toMatchObject({
      again: false,
      hint: expect.stringContaining('credentialsFile'),
    });
  });

  it('is what it was where it is ours already', () => {
    const ours = new CloudError('ours', { hint: 'do' });
    expect(awsError(ours, 'rights')).toBe(ours);
    expect(awsError('text', 'rights').message).toContain('text');
  });
});

it('leaves credentials to AWS’s default chain unless something is named', () => {
  const account = { region: 'eu-central-1', timeoutMs: 1000 };
  expect(clientOptions(account)).not.toHaveProperty('credentials');
  expect(clientOptions({ ...account, profile: 'sensor' })).toHaveProperty('credentials');
});

it('writes networks as AWS does', () => {
  expect(['198.51.100.7', '2001:db8::1', '2001:db8::/64'].map(toCidr)).toEqual([
    '198.51.100.7/32',
    '2001:db8::1/128',
    '2001:db8::/64',
  ]);
});
