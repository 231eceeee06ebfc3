/**
 * Generated reductions of arbitrary numbers, alone and in groups, compared bit by bit with what the
 * simulator says ({@link org.jccl.conformance.floats.FloatRun}).
 */
package org.jccl.conformance.floats;
