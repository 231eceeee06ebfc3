/** Profiles as files: a machine's facts, and what was fitted to its measurements. */
package org.jccl.benchmarks.profile;
