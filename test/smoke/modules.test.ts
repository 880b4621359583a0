// Only on a kernel with modules is there one to be given back.
import '../kernel/forwarding/modules.test.ts';
