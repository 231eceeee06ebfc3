/**
 * The loopback library: NCCL's C functions as stubs that lead back into the simulator. The real
 * binding and the real communicators run over it on every machine, so that marshalling, structs,
 * the id by value, error codes and groups are tested without a GPU.
 */
package org.jccl.conformance.loopback;
