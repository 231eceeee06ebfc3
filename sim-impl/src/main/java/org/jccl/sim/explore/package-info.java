/**
 * The search: runs one program in many schedules, all of them where they are few, and says what was
 * covered. {@link org.jccl.sim.explore.Explorer} is its front.
 */
package org.jccl.sim.explore;
