/**
 * Makes process groups, {@link org.jccl.process.ProcessGroups}: between threads of this JVM, and
 * over TCP, and over torch's store; what members ask each other beside that travels there, too.
 * They carry bytes, never objects; every wait is bounded and names who is missing. Waiting goes
 * through {@link org.jccl.spi.Waiting}, so simulated ranks give their baton up.
 */
package org.jccl.process;
