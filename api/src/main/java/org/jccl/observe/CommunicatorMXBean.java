package org.jccl.observe;

/** What {@link CallCounters} shows of one rank's end of a communicator. */
public interface CommunicatorMXBean {
  /** {@return the communicator's name} */
  String getCommunicator();

  /** {@return this rank} */
  int getRank();

  /** {@return number of ranks} */
  int getWorldSize();

  /** {@return number of collectives that were issued} */
  long getCollectives();

  /** {@return number of messages that were issued} */
  long getMessages();

  /** {@return number of calls that failed} */
  long getFailures();

  /** {@return bytes of all calls, the larger buffer of each} */
  long getBytes();

  /** {@return the last operation that was issued; empty if none} */
  String getLastOperation();

  /** {@return milliseconds since the last call was begun; -1 if there was none} */
  long getMillisSinceLastCall();

  /** {@return whether a call has been begun and has not come back} */
  boolean isInCall();
}
