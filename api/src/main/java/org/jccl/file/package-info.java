/**
 * Files: written whole or not at all, read within bounds, and made for a while.
 *
 * <p>Whatever jccl reads or writes for its users goes through here.
 */
@NullMarked
package org.jccl.file;

import org.jspecify.annotations.NullMarked;
