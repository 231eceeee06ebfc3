/**
 * Generated reductions of arbitrary numbers, alone and in groups, compared bit by bit with what the
 * simulator says ({@link org.jccl.fidelity.floats.FloatRun}).
 */
package org.jccl.fidelity.floats;
