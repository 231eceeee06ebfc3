/**
 * Rehearsals: a program runs with a fault, and what comes of it is put into a class; then every
 * kind of fault at every call, as a table.
 */
@NullMarked
package org.jccl.sim.rehearsal;

import org.jspecify.annotations.NullMarked;
