/**
 * Whole generated programs on two subjects, which must observe the same: result codes, bytes of all
 * memory, states at the end. A difference shrinks and is printed as a Java class.
 */
package org.jccl.fidelity.differential;
