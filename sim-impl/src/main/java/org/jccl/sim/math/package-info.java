/**
 * The simulator's arithmetic and data plane: what NCCL's kernels do to every element type, bit for
 * bit, and how data moves between the ranks' buffers.
 *
 * <p>{@link org.jccl.sim.math.ElementKernels} works on blocks of off-heap memory and has two
 * implementations that agree in every bit; {@link org.jccl.sim.math.Kernels} chooses one, and
 * {@link org.jccl.sim.math.WarmKernels} goes from one to the other when that is faster. {@link
 * org.jccl.sim.math.FoldOrder} says in which order the ranks' contributions meet, and {@link
 * org.jccl.sim.math.DataPlane} runs whole reductions and copies on all cores, with a result that
 * never depends on how many there are.
 *
 * <p>Everything here trusts its caller: ranges are checked against their segments, but whether a
 * buffer may be used at all (types, counts, overlap, life time) was decided before. Memory must be
 * native and open to every thread (shared, global or automatic arenas), and must stay allocated
 * until the call returns.
 */
@NullMarked
package org.jccl.sim.math;

import org.jspecify.annotations.NullMarked;
