/**
 * Every kind of misuse as a family of programs: guilty ones and their legal neighbours, on axes.
 * The matrix runs them on the simulator, over many schedules, and judges what is reported.
 */
package org.jccl.conformance.misuse.matrix;
