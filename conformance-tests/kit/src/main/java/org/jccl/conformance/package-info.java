/**
 * The rule book of collective communication as executable properties. Every rule has a number that
 * its test, its failure message and the documentation share. The suite is main code, so that it
 * also runs on a GPU host without a build tool and on backends that others wrote: a {@code
 * SubjectProvider} on the class path is all that they need. {@code org.jccl.fidelity} gives it
 * chapter 12.
 */
package org.jccl.conformance;
