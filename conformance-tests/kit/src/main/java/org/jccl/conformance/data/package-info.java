/**
 * Exact data: inputs for which every partial result, in any order of combination, is exactly
 * representable, so that every correct algorithm gives the same bits. Inputs and results are
 * recomputed from seed, element index, rank and world size; nothing is stored. For suites and
 * benchmarks alike. Beside it arbitrary data, whose sums depend on the order.
 */
package org.jccl.conformance.data;
