"""How the Java machines of the tests start: soon, since what most of them run is short."""

# The suites compile more code than they run: without the second compiler they need a third less time. Classes are
# taken as the jars have them: to verify Spark's own takes a fifth of its start.
SHORT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
