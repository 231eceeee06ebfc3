/** What a simulation did in virtual time, as a file that trace viewers show. */
@NullMarked
package org.jccl.sim.timeline;

import org.jspecify.annotations.NullMarked;
