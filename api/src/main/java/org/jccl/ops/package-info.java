/**
 * The operation table and what is derived from it: argument rules, calls, NCCL's functions.
 * Whatever differs between operations is a column of {@link org.jccl.ops.Operation}; nobody else
 * keeps a list of operations, but the surfaces that have a method for each, and {@code
 * org.jccl.spi}, which leads from a row to its method. Pure data and pure functions, free of
 * threads. The former places of the configuration's words are kept here, deprecated.
 */
package org.jccl.ops;
