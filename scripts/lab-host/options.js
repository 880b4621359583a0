import { readFileSync } from 'node:fs';
import { LabFailure } from './failure.js';

export const HELP = `Usage: scripts/lab [OPTION…] [--] COMMAND [ARG…]

Runs COMMAND inside a User-Mode-Linux kernel that has IPVS, on the host's file system, read-only.
Inside it is root; outside it is an ordinary user (nobody, when started by root). Standard input,
output and error pass through; the working directory and the environment are the caller's.

  --timeout SECONDS  end a command that still runs after that long (0: no limit; default 120, or no
                     limit on a terminal, where pressing Ctrl-C three times ends the lab at once)
  --mem SIZE         memory of the guest, such as 512M or 2G (default 1G, or $LVSADM_LAB_MEM)
  --kernel KERNEL    'debian' for Debian's (package user-mode-linux), 'built' for that of
                     scripts/lab-kernel, or the path of another User-Mode-Linux binary (default
                     $LVSADM_LAB_KERNEL, else the built one if it is there, else Debian's)
  --out DIR          when it ends, copy what the guest left in its $LAB_OUT folder to DIR
  --native           no guest: run in a fresh network namespace of this machine (root and IPVS needed)
  --help             this text

Writable inside: /run, /tmp (both empty at first, gone afterwards), $HOME, and $LAB_OUT.

Exit code: the command's own (128+N if signal N ended it); 124 when the time was up; 125 when the lab
itself failed; 126 and 127 when COMMAND could not be run or was not found.

Environment: LVSADM_LAB_KERNEL  see --kernel
             LVSADM_LAB_MODULES its folder of modules (that has RELEASE/modules.dep inside)
             LVSADM_LAB_MEM     see --mem
`;

const wholeNumber = (name, text) => {
  if (!/^\d{1,7}$/.test(text)) throw new LabFailure(`${name} wants a whole number of seconds, not '${text}'`);
  return Number(text);
};

const memory = (text) => {
  if (!/^[1-9]\d{0,5}[MG]$/i.test(text))
    throw new LabFailure(`--mem wants a size such as 512M or 2G, not '${text}'`);
  return text.toUpperCase();
};

/**
 * The launcher's own arguments, then the command's.
 * @param {string[]} words what follows `scripts/lab`
 * @returns {{help: boolean, native: boolean, timeout?: number, mem: string, kernel?: string, out?: string, commandAt: number}}
 *   `commandAt` is the index in `words` of COMMAND
 */
export function parseOptions(words, env = process.env) {
  const options = {
    help: false,
    native: false,
    timeout: undefined,
    mem: memory(env.LVSADM_LAB_MEM || '1G'),
    kernel: env.LVSADM_LAB_KERNEL || undefined,
    out: undefined,
  };
  let at = 0;
  const value = (name, glued) => {
    if (glued !== undefined) return glued;
    const next = words[at++];
    if (next === undefined) throw new LabFailure(`${name} wants a value; see scripts/lab --help`);
    return next;
  };
  while (at < words.length && words[at].startsWith('-')) {
    const [, name, , glued] = /^([^=]*)(=([\s\S]*))?$/.exec(words[at++]);
    if (name === '--' && glued === undefined) break;
    if (name === '--timeout') options.timeout = wholeNumber(name, value(name, glued));
    else if (name === '--mem') options.mem = memory(value(name, glued));
    else if (name === '--kernel') options.kernel = value(name, glued);
    else if (name === '--out') options.out = value(name, glued);
    else if (name === '--native' && glued === undefined) options.native = true;
    else if ((name === '--help' || name === '-h') && glued === undefined) options.help = true;
    else throw new LabFailure(`unknown option '${words[at - 1]}'; see scripts/lab --help`);
  }
  if (!options.help && at >= words.length) throw new LabFailure('no command; see scripts/lab --help');
  return { ...options, commandAt: at };
}

/** The kernel's copy of our arguments: bytes, where Node's would have replaced what is not UTF-8. */
export function rawArguments() {
  const words = splitAtNul(readFileSync('/proc/self/cmdline'));
  return words.slice(words.length - (process.argv.length - 2));
}

/** The same for the environment we were started with: `NAME=value` each. */
export const rawEnvironment = () => splitAtNul(readFileSync('/proc/self/environ'));

function splitAtNul(bytes) {
  const parts = [];
  for (let start = 0, end; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(0, start);
    if (end < 0) end = bytes.length;
    parts.push(bytes.subarray(start, end));
  }
  return parts;
}
