/**
 * Runs the rules without a build tool: selects the subject, executes the suites on the JUnit
 * Platform, and says rule by rule what held.
 */
package org.jccl.conformance.run;
