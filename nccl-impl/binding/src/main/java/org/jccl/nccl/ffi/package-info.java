/**
 * The binding to NCCL's C functions: where the library is looked for, its symbols by version, one
 * method per function, and its structs. Nothing outside this room knows a native address of the
 * library; everything restricted about the Foreign Function and Memory API stands in one class.
 * Calls are as thin as a downcall can be: no allocation, no lock, no check that NCCL makes itself.
 */
package org.jccl.nccl.ffi;
