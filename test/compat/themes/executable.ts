import { restore, type Step } from '../sequence.ts';

/** Command lines that go through the executable, in one sequence: real words, streams and exit codes. */
export const EXECUTABLE: readonly Step[] = [
  ['-A', '-t', '10.0.0.1:80', '-s', 'rr'],
  ['-a', '-t', '10.0.0.1:80', '-r', '10.0.0.11:8080', '-m', '-w', '5'],
  ['-a', '-t', '10.0.0.1:http', '-r', '10.0.0.12', '-i', '--tun-type', 'gue', '--tun-port', '6080'],
  ['-A', '-f', '7', '-6', '-p', '60', '-M', '64'],
  ['-Ln'],
  ['-L'],
  [],
  ['-L', '--stats', '-n', '--exact'],
  ['-Ln', '--tun-info', '--nosort'],
  ['-Sn'],
  ['-S'],
  ['-L', '--timeout'],
  ['-L', '--daemon'],
  ['-Lnc'],
  ['-Ln', '-t', '10.0.0.9:80'],
  ['-A', '-t', '10.0.0.1:80'],
  ['-A', '-t', ''],
  ['-A', '-t', ' 10.0.0.1:80'],
  [''],
  ['-'],
  ['-A', '-Ln'],
  ['-A', '--bogus'],
  ['-Lé'],
  ['-A', '-s', 'a\nb', '-t', '10.0.0.2:80'],
  ['--set', '1', '2'],
  ['-E', '-t', '10.0.0.1:80', '-p'],
  ['-e', '-t', '10.0.0.1:80', '-r', '10.0.0.11:8080', '-m', '-w', '2147483648'],
  ['-d', '-t', '10.0.0.1:80', '-r', '10.0.0.11'],
  restore('-Ln', '-A -f 9', '-A -f 9', '-Sn'),
  restore('-A -f 10', 'foo', '-A -f 11'),
  { words: ['-R'] },
  { words: ['-Ln', 'foo', '-X'], environment: { POSIXLY_CORRECT: '1' } },
  ['-Z'],
  ['-C'],
  ['-Ln'],
].map((step) => (Array.isArray(step) ? { words: step } : step));

/** The same for the programs that save and restore. */
export const SAVE: readonly Step[] = [
  [],
  ['-n'],
  ['-n', 'foo'],
  ['foo'],
  ['-x'],
  ['-n', '-x'],
  ['--help'],
  ['-h'],
].map((words) => ({ words }));

const FILE = '# saved\n-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.11:80 -g -w 1\n';

export const RESTORE: readonly Step[] = [
  { words: [], stdin: FILE },
  { words: [], stdin: `${FILE}-A -f 1\n` },
  { words: ['-x', 'foo'], stdin: FILE },
  { words: [], stdin: `${FILE}-A -t bad\n-A -f 1\n` },
  { words: [], stdin: `${FILE} # not at the beginning\n` },
  { words: [], stdin: `${FILE}-A -t 10.0.0.1:80\n` },
  { words: [], stdin: '' },
];

/** Without the right to administer the network. */
export const POWERLESS: readonly Step[] = [
  [],
  ['-Ln'],
  ['-A', '-t', '10.0.0.1:80'],
  ['-C'],
  ['-Sn'],
  ['-Lc'],
].map((words) => ({ words }));
