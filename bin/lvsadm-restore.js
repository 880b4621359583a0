#!/usr/bin/env node
// The program goes by the name that it is called by.
require('./lvsadm.js');
