/**
 * The loopback library: NCCL's symbol table filled with stubs that C could call and that lead back
 * into the simulator. Over it the real binding runs on every machine: its marshalling, structs,
 * output parameters, error mapping, groups and host scalars. Nothing here knows what a collective
 * does; it only turns C calls into calls of {@link org.jccl.spi.NcclAbi}.
 */
@NullMarked
package org.jccl.conformance.loopback;

import org.jspecify.annotations.NullMarked;
