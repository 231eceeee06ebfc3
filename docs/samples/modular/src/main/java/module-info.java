/** A program on the module path. It names the api; the simulator is found when the program runs. */
module com.example.modular {
  requires org.jccl;

  exports com.example.modular;
}
