/**
 * Tests of programs that use collectives, as JUnit runs them: {@link org.jccl.test.RankTest} runs a
 * method on every rank, in many schedules, on simulated GPUs or real ones.
 */
package org.jccl.test;
