/**
 * How long collectives will take: predictions of a profile, measurements to compare them with, and
 * the calibration of profiles by measurements.
 */
package org.jccl.benchmarks.predict;
