/**
 * Memory that one rank has registered, alone or as its part of a window (rules MEM-03 to MEM-06,
 * WIN-01 to WIN-07), and its scratch memory, which can be suspended.
 */
package org.jccl.sim.comm.memory;
