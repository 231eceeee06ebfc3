/**
 * Ranges of seeds, each of which is a program: run on a subject and on the simulator, written into
 * a table, and made small where the two differ ({@link org.jccl.fidelity.seeds.SeedRun}).
 */
package org.jccl.fidelity.seeds;
