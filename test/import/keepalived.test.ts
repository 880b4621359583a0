import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFiles } from '../../src/host/config-files.ts';
import { type Endpoint, formatEndpoint } from '../../src/model/endpoint.ts';
import { serviceKey } from '../../src/plan/table/wanted.ts';
import { readKeepalived } from '../../src/syntax/keepalived/keepalived.ts';
import { pictureOf, tableOfKeepalived } from './oracle.ts';

const corpus = join(import.meta.dirname, 'corpus');
const names = readdirSync(corpus)
  .filter((name) => name.endsWith('.conf'))
  .sort();

const isSame = (a: Endpoint, b: Endpoint) => formatEndpoint(a) === formatEndpoint(b);
const imported = (name: string) =>
  readKeepalived(join(corpus, name), { files: configFiles, configId: 'here', environment: {} });

describe('the table of an import is the one that keepalived makes', () => {
  it('of many configurations', () => expect(names.length).toBeGreaterThanOrEqual(40));

  it.concurrent.each(names)('%s', async (name) => {
    const { services } = imported(name);
    // What is down until it was checked is not there yet.
    const settled = services.filter(({ health }) => health.start !== 'down');
    const seen = await tableOfKeepalived(join(corpus, name));
    // A server of last resort is there while too little is up for a start, and the kernel refuses a service of nothing.
    for (const { service, health } of services) {
      const { fallback } = health;
      if (fallback && !service.destinations.some((destination) => isSame(destination, fallback))) {
        delete seen[serviceKey(service)]?.destinations[formatEndpoint(fallback)];
      }
    }
    delete seen['tcp 0.0.0.0:0'];
    expect(seen).toEqual(pictureOf(settled.map(({ service }) => service)));
  });
});

describe('what became of lines that were not simply taken', () => {
  it.each([
    ['lower-case-method.conf', 3, 'changed', /'dr' is no forwarding method/],
    ['no-method.conf', 1, 'changed', /no forwarding method is given.*NAT/],
    ['wrong-scheduler.conf', 2, 'changed', /'loadbalance' is no scheduler/],
    ['no-protocol.conf', 1, 'changed', /UDP/],
    ['ports-differ-dr.conf', 5, 'changed', /DR cannot change ports.*checks still go to 81/],
    ['unknown-words.conf', 4, 'ignored', /'net_mask' is not known/],
    ['unknown-block.conf', 6, 'ignored', /'FOO_CHECK'.*ends the block around it/],
    ['vrrp-beside.conf', 1, 'left-out', /VRRP/],
    ['server-twice.conf', 7, 'ignored', /twice/],
    ['http.conf', 7, 'differs', /one URL after another/],
  ])('%s:%d %s', (name, line, kind, text) => {
    const found = imported(name).notes.map(({ place, ...rest }) => ({
      ...rest,
      file: relative(corpus, place.file),
      line: place.line,
    }));
    expect(found).toContainEqual({ file: name, line, kind, text: expect.stringMatching(text) });
  });

  it('is nothing for a plain one', () => expect(imported('dr.conf').notes).toEqual([]));
});
