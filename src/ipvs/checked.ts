/**
 * Option of a batch: the changes were looked through when their words were read, so that the kernel's interface is known
 * to have a place for every value. To look through them again would cost a large restore some time. The key is not
 * among the library's exports: nobody else can leave the check out.
 */
export const CHECKED: unique symbol = Symbol('checked');
