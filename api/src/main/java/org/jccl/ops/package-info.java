/**
 * The operation table and what is derived from it: argument rules, calls.
 * Whatever differs between operations is a column of {@link org.jccl.ops.Operation}; nobody else
 * keeps a list of operations. Pure data and pure functions, free of threads.
 */
package org.jccl.ops;
