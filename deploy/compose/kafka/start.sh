#!/bin/bash
# Starts Apache Kafka from its own image with our settings, on a read-only root.
set -eu
umask 077
cat /run/daybook/service.key /run/daybook/service.crt > /tmp/keystore.pem
# A cluster's id is made once with its data: consumers remember it and stop at another one.
if [ ! -f /var/lib/kafka/data/meta.properties ]; then
  /opt/kafka/bin/kafka-storage.sh format -t "$(/opt/kafka/bin/kafka-storage.sh random-uuid)" -c /etc/daybook/server.properties
fi
exec /opt/kafka/bin/kafka-server-start.sh /etc/daybook/server.properties
