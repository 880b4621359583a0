import { expect, test } from 'vitest';
import { lab } from './lab.ts';

/**
 * How scripts/lab-kernel comes by its source on other releases of Debian than this one: as root in the lab, where apt and
 * the compiler are small scripts that write down what they are told, and /usr/src is empty.
 */

interface Scene {
  /** What `apt-cache depends linux-source` knows from the beginning, and after `apt-get update`. */
  readonly release?: string;
  readonly afterUpdate?: string;
  /** Whether the first installation fails, as with old package lists. */
  readonly stale?: boolean;
  /** Source packages that are installed. */
  readonly installed?: readonly string[];
  /** Lines of our configuration that this source does not take. */
  readonly refused?: readonly string[];
  readonly user?: number;
}

const PROGRAMS = {
  'apt-cache': `if [ -e /tmp/updated ]; then r=$AFTER_UPDATE; else r=$RELEASE; fi
    [ "$r" ] && printf 'linux-source\\n  Depends: linux-source-%s\\n' "$r"`,
  'apt-get': `while [ "$1" != install ] && [ "$1" != update ]; do shift; done
    echo "apt-get $*" >>/tmp/told
    if [ "$1" = update ]; then touch /tmp/updated; exit; fi
    if [ "$STALE" ] && ! [ -e /tmp/updated ]; then echo 404 >&2; exit 100; fi
    shift
    for name; do
      echo "$name" >>/tmp/installed
      case $name in linux-source-*) touch "/usr/src/$name.tar.xz" ;; esac
    done`,
  'dpkg-query': `for name; do :; done
    grep -qx "$name" /tmp/installed || exit 1
    case $3 in *Version*) echo 1-test ;; *) echo installed ;; esac`,
  tar: `while [ "$1" != -C ]; do shift; done; cp /tmp/Kconfig "$2"`,
  make: `case "$*" in
    *allnoconfig*) grep -vxFf /tmp/refused "$KCONFIG_ALLCONFIG" >.config ;;
    *) echo 'Error: this is no compiler'; exit 2 ;;
    esac`,
};

async function build({
  release = '',
  afterUpdate = release,
  stale,
  installed = [],
  refused = [],
  user,
}: Scene) {
  const scripts = Object.entries(PROGRAMS).map(
    ([name, text]) => `cat >/tmp/bin/${name} <<'END'\n#!/bin/sh\n${text}\nEND\n`,
  );
  const script = [
    'mkdir /tmp/bin; touch /tmp/Kconfig /tmp/told; chmod 777 "$HOME"; export PATH=/tmp/bin:$PATH',
    ...scripts,
    'chmod +x /tmp/bin/*; mount -t tmpfs src /usr/src',
    `printf '%s\\n' ${installed.join(' ')} >/tmp/installed`,
    ...installed.map((name) => `touch /usr/src/${name}.tar.xz`),
    `printf '%s\\n' x ${refused.join(' ')} >/tmp/refused`,
    `export RELEASE='${release}' AFTER_UPDATE='${afterUpdate}' STALE='${stale ? 1 : ''}'`,
    `${user === undefined ? '' : `setpriv --reuid=${user} --clear-groups -- `}scripts/lab-kernel 2>&1`,
    'echo "ended with $?"; cat /tmp/told',
  ];
  const { stdout } = await lab(['bash', '-c', script.join('\n')]);
  return stdout.toString().trimEnd().split('\n');
}

const TOOLS = 'bison flex bc make gcc libc6-dev libelf-dev libssl-dev xz-utils kmod';
const UNPACKING = expect.stringContaining('lab-kernel: unpacking linux-source-6.12');

test('Debian 13: takes the source that its release has', async () => {
  const said = await build({ release: '6.12' });
  expect(said).toContain(`apt-get install linux-source-6.12 ${TOOLS}`);
  expect(said).toContainEqual(UNPACKING);
});

test('without package lists: gets them first', async () => {
  const said = await build({ afterUpdate: '6.12' });
  expect(said.slice(said.indexOf('apt-get update'))).toEqual([
    'apt-get update',
    `apt-get install linux-source-6.12 ${TOOLS}`,
  ]);
  expect(said).toContainEqual(UNPACKING);
});

test('with old package lists: gets them, and tries once more', async () => {
  const said = await build({ release: '6.12', stale: true });
  const install = `apt-get install linux-source-6.12 ${TOOLS}`;
  expect(said.slice(said.indexOf(install))).toEqual([install, 'apt-get update', install]);
});

test('a source that is installed is taken, the newest of them', async () => {
  const said = await build({ release: '6.1', installed: ['linux-source-6.1', 'linux-source-6.12'] });
  expect(said).toContain(`apt-get install ${TOOLS}`);
  expect(said).toContainEqual(UNPACKING);
});

test('an ordinary user is told what root has to install', async () => {
  const said = await build({ release: '6.12', user: 65534 });
  expect(said).toEqual([
    `lab-kernel: packages are missing; have root run: apt-get install --no-install-recommends linux-source-6.12 ${TOOLS}`,
    'ended with 1',
  ]);
});

test('no source to be had: it says what it needs', async () => {
  const said = await build({});
  expect(said.at(said.indexOf('ended with 1') - 1)).toBe(
    "lab-kernel: there is no /usr/src/linux-source-VERSION.tar.xz, which Debian's packages linux-source-VERSION bring",
  );
});

test('an option that the source does not take ends it, but for one that newer kernels have no more', async () => {
  const release = '6.12';
  const outdated = 'CONFIG_RANDOM_TRUST_CPU=y';
  expect(await build({ release, refused: [outdated, 'CONFIG_IP_VS=y'] })).toContain(
    'lab-kernel: linux-source-6.12 does not take: CONFIG_IP_VS=y',
  );
  expect(await build({ release, refused: [outdated] })).toContain(
    'lab-kernel: cannot build: Error: this is no compiler',
  );
});
