// Only where IPVS is a module can its connection table be made smaller.
import '../kernel/doctor/capacity.test.ts';
