// Here with a case of FULLNAT, which another kernel cannot do.
import '../kernel/forwarding/kill.test.ts';
