#!/bin/sh
# << this is not rendered >> {{ nor this }}
echo "$API_KEY" | wc -c
