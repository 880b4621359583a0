import type { IpvsError, Operation } from '../ipvs/errors.ts';

export const NOT_ROOT = 'Permission denied (you must be root)';

type Texts = Readonly<Record<string, string>>;

/** What an errno means whatever was tried; ipvsadm looks here first. */
const ALWAYS: Texts = {
  EPERM: NOT_ROOT,
  EINVAL: 'Invalid operation.  Possibly wrong module version, address not unicast, ...',
  ENOPROTOOPT: 'Protocol not available',
  ENOMEM: 'Memory allocation problem',
  EOPNOTSUPP: 'Operation not supported with IPv6',
  EAFNOSUPPORT: 'Operation not supported with specified address family',
  EMSGSIZE: 'Module is wrong version',
};

/** What an errno means for one operation. */
const BY_OPERATION: Readonly<Partial<Record<Operation['kind'], Texts>>> = {
  'add-service': {
    EEXIST: 'Service already exists',
    ENOENT: 'Scheduler or persistence engine not found',
  },
  'set-service': {
    ESRCH: 'No such service',
    ENOENT: 'Scheduler or persistence engine not found',
  },
  'delete-service': { ESRCH: 'No such service' },
  zero: { ESRCH: 'No such service' },
  'get-service': { ESRCH: 'No such service' },
  'list-destinations': { ESRCH: 'No such service' },
  'add-destination': { ESRCH: 'Service not defined', EEXIST: 'Destination already exists' },
  'set-destination': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
  'delete-destination': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
  'start-daemon': { EEXIST: 'Daemon has already run' },
  'stop-daemon': { ESRCH: 'No daemon is running' },
};

/** The GNU C library's sentences for what else IPVS and netlink may answer (Node's own are worded differently). */
const C_LIBRARY: Texts = {
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EINTR: 'Interrupted system call',
  EIO: 'Input/output error',
  ENXIO: 'No such device or address',
  E2BIG: 'Argument list too long',
  EBADF: 'Bad file descriptor',
  EAGAIN: 'Resource temporarily unavailable',
  EACCES: 'Permission denied',
  EFAULT: 'Bad address',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  ENODEV: 'No such device',
  ENFILE: 'Too many open files in system',
  EMFILE: 'Too many open files',
  ENOSPC: 'No space left on device',
  ERANGE: 'Numerical result out of range',
  ENOSYS: 'Function not implemented',
  EPROTO: 'Protocol error',
  EOVERFLOW: 'Value too large for defined data type',
  EPROTONOSUPPORT: 'Protocol not supported',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENOBUFS: 'No buffer space available',
  EISCONN: 'Transport endpoint is already connected',
  ENOTCONN: 'Transport endpoint is not connected',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
};

/** ipvsadm's words for a failed operation, without a line end; ours where the kernel gave no errno. */
export function failureText({ operation, failure, code, errno, message }: IpvsError): string {
  if (failure === 'no-family') return ALWAYS.ENOPROTOOPT!;
  if (errno === 0) return message;
  return ALWAYS[code] ?? BY_OPERATION[operation.kind]?.[code] ?? C_LIBRARY[code] ?? `Unknown error ${errno}`;
}
