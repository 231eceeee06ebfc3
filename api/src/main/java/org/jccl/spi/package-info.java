/**
 * What an implementation of jccl builds on: a backend and its communicators over the raw, C-shaped
 * surface {@link org.jccl.spi.NcclAbi}, with the way of a call from the typed method through the
 * argument rules to the C function, groups, and the life of a communicator; and the waiting hook.
 * What an implementation adds is its {@link org.jccl.spi.Library} and its {@link
 * org.jccl.spi.CallPath}. No type of {@code org.jccl} names this package: programs that use
 * collectives do not need it. An implementation starts with {@link org.jccl.BackendProvider}.
 */
package org.jccl.spi;
