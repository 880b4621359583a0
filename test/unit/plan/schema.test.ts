import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAEMON_KEYS } from '../../../src/syntax/document/daemon.ts';
import {
  DESTINATION_KEYS,
  FORWARDING_SPELLINGS,
  FORWARDINGS,
  TUNNEL_KEYS,
} from '../../../src/syntax/document/destination.ts';
import { DOCUMENT_KEYS, readDocuments, TIMEOUT_KEYS } from '../../../src/syntax/document/document.ts';
import { PERSISTENCE_KEYS } from '../../../src/syntax/document/persistence.ts';
import { SERVICE_KEYS } from '../../../src/syntax/document/service.ts';
import { documentOf } from '../../../src/syntax/document/text.ts';
import { SEED, wantedDocument } from './documents.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/lvsadm.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: false }).compile(schema);
const isRead = (document: object) =>
  readDocuments([{ file: 'x', text: JSON.stringify(document) }]).kind === 'wanted';

describe('the published schema', () => {
  const { service, destination, daemon } = schema.$defs;
  it.each([
    ['the document', schema, DOCUMENT_KEYS],
    ['timeouts', schema.properties.timeouts, TIMEOUT_KEYS],
    ['a sync daemon', daemon, DAEMON_KEYS],
    ['a service', service, SERVICE_KEYS],
    ['persistence', service.properties.persistence.anyOf[2], PERSISTENCE_KEYS],
    ['a destination', destination.anyOf[1], DESTINATION_KEYS],
    ['a tunnel', destination.anyOf[1].properties.tunnel.anyOf[1], TUNNEL_KEYS],
  ])('knows the keys of %s, and no others', (_name, part, keys) => {
    expect(Object.keys(part.properties).sort()).toEqual([...keys].sort());
    expect(part.additionalProperties).toBe(false);
  });

  it('knows every spelling of a forwarding method', () => {
    const spelled = [...FORWARDINGS, ...Object.keys(FORWARDING_SPELLINGS)];
    expect([...destination.anyOf[1].properties.forwarding.enum].sort()).toEqual(spelled.sort());
  });

  it('takes every document that export can write', () => {
    fc.assert(
      fc.property(wantedDocument, (wanted) => {
        expect(validate(documentOf(wanted)) || validate.errors).toBe(true);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  const web = (more: object) => ({ services: [{ address: '10.0.0.1:80', destinations: [], ...more }] });
  const server = (more: object) => web({ destinations: [{ address: '10.0.0.11', ...more }] });
  it.each([
    [web({ wieght: 1 })],
    [web({ fwmark: 1 })],
    [web({ port: 70000 })],
    [web({ protocol: 'icmp' })],
    [web({ onePacket: 'yes' })],
    [web({ persistence: 'soon' })],
    [web({ schedulerFlags: ['none'] })],
    [server({ weight: -1 })],
    [server({ forwarding: 'nta' })],
    [server({ tunnel: 'gue' })],
    [{ services: [{ address: '10.0.0.1:80' }] }],
    [{ daemons: [{ role: 'master' }] }],
    [{ timeouts: { tcp: -1 } }],
  ])('refuses, as apply does, %j', (document) => {
    expect(isRead(document)).toBe(false);
    expect(validate(document)).toBe(false);
  });

  it.each([
    [web({ persistence: '5m', protocol: 'TCP' })],
    [server({ tunnel: 'gue:6080' })],
    [web({ destinations: ['10.0.0.11:80'] })],
  ])('takes, as apply does, %j', (document) => {
    expect(isRead(document)).toBe(true);
    expect(validate(document)).toBe(true);
  });
});
