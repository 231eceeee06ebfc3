/**
 * How a suite meets what it tests: subjects and their capabilities, worlds of ranks that are opened
 * once and used again, and a guard that turns every hang into a failure with each rank's stack.
 */
package org.jccl.conformance.harness;
