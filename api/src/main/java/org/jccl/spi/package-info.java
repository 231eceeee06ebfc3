/**
 * What an implementation of jccl builds on: the communicator base that carries a call from the
 * typed method through the argument rules to the implementation, group recording, the waiting hook,
 * and the raw C-shaped surface. No type of {@code org.jccl} names this package: programs that use
 * collectives do not need it. An implementation starts with {@link org.jccl.BackendProvider}.
 */
package org.jccl.spi;
