import '../kernel/forwarding/undo.test.ts';
