/**
 * Who meets whom: the parts of one collective, the two halves of a message. What has met is
 * compared, ordered in virtual time, and carried out.
 */
package org.jccl.sim.comm.match;
