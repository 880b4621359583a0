// Address families by the kernel's numbers: include/linux/socket.h.
export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Whether it is that of IPv4 or of IPv6. */
export function isInternet(family: number): boolean {
  return family === AF_INET || family === AF_INET6;
}
