/**
 * What an implementation of jccl provides and what it may build on: the provider that {@code
 * ServiceLoader} finds, the communicator base that carries a call from the typed method through the
 * argument rules to the implementation, group recording, the waiting hook, and the raw C-shaped
 * surface. Users of collectives do not need this package.
 */
package org.jccl.spi;
